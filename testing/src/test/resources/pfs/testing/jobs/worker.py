"""Counts words. Writes a line for each POST to $COUNT; dawdles for $PAUSE seconds; refuses poison."""
import os
import re
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes


class Job(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(os.environ["COUNT"], "a") as count:
            count.write(self.path + " " + self.headers.get("Pfs-Path", self.headers.get("Pfs-Key", "-")) + "\n")
        print("got " + self.path, file=sys.stderr, flush=True)
        time.sleep(float(os.environ.get("PAUSE", "0")))
        if body.startswith(b"poison"):
            return self.answer(422, b"I do not like poison")
        counts = Counter()
        if self.path == "/map":
            counts.update(re.findall(rb"\w+", body))
        elif "Pfs-Key" in self.headers:
            counts[unquote_to_bytes(self.headers["Pfs-Key"])] = sum(map(int, body.split()))
        else:
            for line in body.splitlines():
                word, n = line.split(b"\t")
                counts[word] += int(n)
        self.answer(200, b"".join(b"%s\t%d\n" % pair for pair in sorted(counts.items())))

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Pfs-Counter", "posts=1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Job).serve_forever()
