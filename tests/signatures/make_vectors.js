// Writes wallet_signatures.json: attestations signed by two implementations of CIP-8 that are not
// ours, for the programme validator that contracts/plutus.json has now. Nothing of the project's
// own code takes part: the message is spelled out here. Keys are test keys, of repeated bytes.
//
//   npm ci && npm run vectors

import { readFileSync, writeFileSync } from "node:fs";
import { MAKERS, hash, keyOf } from "./makers.js";

const MILESTONE = Buffer.from("design");
const NAME = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const EVIDENCE = hash("the report\n", 32);
const HASH = 28;

function programmePolicy() {
  const path = new URL("../../contracts/plutus.json", import.meta.url);
  const { validators } = JSON.parse(readFileSync(path));
  return Buffer.from(validators.find((v) => v.title === "programme.programme.spend").hash, "hex");
}

function payloadFor(policy) {
  const round = Buffer.alloc(4);
  const digest = hash(Buffer.concat([policy, NAME, round, hash(MILESTONE, 32), EVIDENCE]), 32);
  return Buffer.from(`milestone attestation v1 ${digest.toString("hex")}`);
}

// What a wallet names itself by in the protected header.
function addresses(verification) {
  const payment = hash(verification, HASH);
  const stake = hash("a stake key", HASH);
  return {
    "key hash": payment,
    "enterprise address": Buffer.concat([Buffer.from([0x60]), payment]),
    "base address": Buffer.concat([Buffer.from([0x00]), payment, stake]),
  };
}

const policy = programmePolicy();
const payload = payloadFor(policy);
const signatures = Object.entries(MAKERS).flatMap(([library, make], column) =>
  ["key hash", "enterprise address", "base address"].map((header, row) => {
    const key = keyOf(Buffer.alloc(32, 1 + row + 3 * column));
    const coseSign1 = make(addresses(key.verification)[header], payload, key);
    return {
      library,
      header,
      verification_key: key.verification.toString("hex"),
      cose_sign1: Buffer.from(coseSign1).toString("hex"),
    };
  }),
);
const vectors = {
  programme_policy: policy.toString("hex"),
  programme_name: NAME.toString("hex"),
  milestone: MILESTONE.toString(),
  evidence: EVIDENCE.toString("hex"),
  payload: payload.toString(),
  signatures,
};
const output = new URL("wallet_signatures.json", import.meta.url);
writeFileSync(output, `${JSON.stringify(vectors, undefined, 2)}\n`);
