"""The whole job over the embedded devnet: real sockets, real files, the compiled contract."""
