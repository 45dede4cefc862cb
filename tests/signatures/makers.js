// Two implementations of CIP-8 that are not ours, and Node's own Ed25519. Nothing of the project's
// own code takes part.

import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import emurgo from "@emurgo/cardano-message-signing-nodejs";
import strica from "@stricahq/cip08";
import blake from "blakejs";

const KEY_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex"); // PKCS #8, Ed25519

export function hash(content, size) {
  return Buffer.from(blake.blake2b(Buffer.from(content), undefined, size));
}

// An Ed25519 key of 32 bytes: how it signs, and its public key.
export function keyOf(seed) {
  const key = createPrivateKey({ key: Buffer.concat([KEY_PREFIX, seed]), format: "der", type: "pkcs8" });
  const verification = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return { sign: (message) => sign(null, message, key), verification };
}

function byEmurgo(address, payload, key) {
  const protectedHeaders = emurgo.HeaderMap.new();
  protectedHeaders.set_algorithm_id(emurgo.Label.from_algorithm_id(emurgo.AlgorithmId.EdDSA));
  protectedHeaders.set_header(emurgo.Label.new_text("address"), emurgo.CBORValue.new_bytes(address));
  const headers = emurgo.Headers.new(
    emurgo.ProtectedHeaderMap.new(protectedHeaders),
    emurgo.HeaderMap.new(),
  );
  const builder = emurgo.COSESign1Builder.new(headers, payload, false);
  const signature = key.sign(Buffer.from(builder.make_data_to_sign().to_bytes()));
  return Buffer.from(builder.build(signature).to_bytes());
}

function byStrica(address, payload, key) {
  const message = new strica.CoseSign1({
    protectedMap: new Map([[1, -8], ["address", address]]),
    unProtectedMap: new Map([["hashed", false]]),
    payload,
  });
  return message.buildMessage(key.sign(message.createSigStructure()));
}

export const MAKERS = {
  "@emurgo/cardano-message-signing-nodejs": byEmurgo,
  "@stricahq/cip08": byStrica,
};

// The COSE_Key that a wallet returns beside the signature (CIP-30).
export function coseKey(verification) {
  const { COSEKey, Label, KeyType, AlgorithmId, CBORValue, Int, BigNum } = emurgo;
  const key = COSEKey.new(Label.from_key_type(KeyType.OKP));
  key.set_algorithm_id(Label.from_algorithm_id(AlgorithmId.EdDSA));
  const negative = (number) => Label.new_int(Int.new_negative(BigNum.from_str(String(number))));
  key.set_header(negative(1), CBORValue.new_int(Int.new_i32(6)));
  key.set_header(negative(2), CBORValue.new_bytes(verification));
  return Buffer.from(key.to_bytes());
}
