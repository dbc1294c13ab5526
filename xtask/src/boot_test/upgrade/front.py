"""AWS's own names behind TLS: every call goes on to the local engine as it came, and the answer comes back."""
import http.client
import http.server
import ssl
import sys

CERTIFICATE, KEY, PORT = sys.argv[1:]
# What is between two ends of one connection only.
BETWEEN = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        engine = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=60)
        engine.request(self.command, self.path, body, dict(self.headers))
        answer = engine.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in BETWEEN:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        engine.close()

    do_GET = do_POST = do_PUT = relay

    def log_message(self, *_):
        """The engine's journal has it all."""


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Front)
# The handshake is the handler's, so that a slow machine does not hold up others.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
