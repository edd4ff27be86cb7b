"""The caller's side, in parts: see ``hushgate.client``. Needs grpcio and protobuf alone."""
