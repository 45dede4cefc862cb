// @lucid-evolution/lucid: a payment and a script spend over its Kupmios provider (HTTP).
import { createRequire } from "node:module"

// As CommonJS: a dependency's build for import lacks a file (libsodium-wrappers-sumo 0.7.16).
const { Data, Kupmios, Lucid, validatorToAddress } = createRequire(import.meta.url)("@lucid-evolution/lucid")

const { kupo, ogmiosHttp, seedBech32, friend, script } = JSON.parse(process.argv[2])
const lucid = await Lucid(new Kupmios(kupo, ogmiosHttp), "Preview")
lucid.selectWallet.fromPrivateKey(seedBech32)

const submit = async (builder) => {
  const built = await builder.complete({ localUPLCEval: false })
  return await (await built.sign.withWallet().complete()).submit()
}

const payment = await submit(lucid.newTx().pay.ToAddress(friend, { lovelace: 5_000_000n }))

const validator = { type: "PlutusV3", script }
const contract = validatorToAddress("Preview", validator)
const lock = await submit(
  lucid.newTx().pay.ToContract(contract, { kind: "inline", value: Data.void() }, { lovelace: 6_000_000n })
)
const locked = (await lucid.utxosAt(contract)).filter((utxo) => utxo.txHash === lock)
const spend = await submit(
  lucid.newTx().collectFrom(locked, Data.void()).attach.SpendingValidator(validator)
)
const delegation = await lucid.config().provider.getDelegation(
  "stake_test1uqzy54hm3u706fchurv3p4e8vpdywvzdmandpd705v3al2ckkj6xk"
).catch((error) => String(error))
console.log(JSON.stringify({ payment, lock, spend, delegation: typeof delegation }))
