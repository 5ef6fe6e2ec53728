import io, os
from http.server import BaseHTTPRequestHandler, HTTPServer
from PIL import Image, UnidentifiedImageError

class Job(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            image = Image.open(io.BytesIO(body)).convert("RGB")
        except UnidentifiedImageError:
            return self.answer(415, "text/plain", b"this is no image")
        image.thumbnail((128, 128))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=85)
        self.answer(200, "image/jpeg", out.getvalue())

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("", int(os.environ.get("PORT", 8080))), Job).serve_forever()
