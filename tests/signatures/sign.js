// Signs a text as a browser wallet does, by one of the libraries: {library, seed, address, text} on
// stdin, all in hex but the library and the text; what CIP-30's signData returns on stdout.

import { readFileSync } from "node:fs";
import { MAKERS, coseKey, keyOf } from "./makers.js";

const { library, seed, address, text } = JSON.parse(readFileSync(0));
const key = keyOf(Buffer.from(seed, "hex"));
const signed = MAKERS[library](Buffer.from(address, "hex"), Buffer.from(text), key);
const answer = {
  signature: Buffer.from(signed).toString("hex"),
  key: coseKey(key.verification).toString("hex"),
};
process.stdout.write(JSON.stringify(answer));
