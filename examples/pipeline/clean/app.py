import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Job(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        lines = [line for line in body.lower().splitlines(True) if line.strip() and not line.startswith(b"#")]
        if not lines:
            self.send_response(204)  # no file in the output
            return self.end_headers()
        answer = b"".join(lines)
        self.send_response(200)
        self.send_header("Content-Length", len(answer))
        self.send_header("Pfs-Counter", f"lines={len(lines)}")
        self.end_headers()
        self.wfile.write(answer)

HTTPServer(("", int(os.environ.get("PORT", 8080))), Job).serve_forever()
