import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Job(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # a line without a tab is a key, so lines come back sorted as they are
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("", int(os.environ.get("PORT", 8080))), Job).serve_forever()
