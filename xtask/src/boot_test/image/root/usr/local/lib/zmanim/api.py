"""Answers with a hash of each secret that it was given, so that a test can compare without a secret being printed."""
import hashlib
import http.server
import json
import os

NAMES = ("CLERK_SECRET", "POSTGRES_PASSWORD")


class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        hashes = {name: hashlib.sha256(os.environ[name].encode()).hexdigest() for name in NAMES}
        body = json.dumps(hashes).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


missing = [name for name in NAMES if name not in os.environ]
if missing:
    raise SystemExit("the environment lacks " + ", ".join(missing))
http.server.HTTPServer(("127.0.0.1", 8080), Api).serve_forever()
