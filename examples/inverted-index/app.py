import os, re
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

class Job(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
        if self.path == "/map":
            path = unquote(self.headers["Pfs-Path"])
            answer = "".join(f"{word}\t{path}\n" for word in sorted(set(re.findall(r"\w+", body.lower()))))
        else:
            word = unquote(self.headers["Pfs-Key"])
            answer = f"{word}: {', '.join(body.splitlines())}\n"
        self.send_response(200)
        self.send_header("Content-Length", len(answer.encode()))
        self.end_headers()
        self.wfile.write(answer.encode())

HTTPServer(("", int(os.environ.get("PORT", 8080))), Job).serve_forever()
