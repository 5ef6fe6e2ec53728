import os, re
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer

class Job(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
        if self.path == "/map":
            counts = Counter(re.findall(r"\w+", body))
        else:
            counts = Counter()
            for word, n in (line.split("\t") for line in body.splitlines()):
                counts[word] += int(n)
        answer = "".join(f"{word}\t{n}\n" for word, n in sorted(counts.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", len(answer))
        self.end_headers()
        self.wfile.write(answer)

HTTPServer(("", int(os.environ.get("PORT", 8080))), Job).serve_forever()
