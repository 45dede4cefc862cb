// lucid-cardano: a payment and a script spend over its Kupmios provider (WebSocket, no id).
import { Data, Kupmios, Lucid } from "lucid-cardano"

const { kupo, ogmios, seedBech32, friend, scriptV2 } = JSON.parse(process.argv[2])
const lucid = await Lucid.new(new Kupmios(kupo, ogmios), "Preview")
lucid.selectWalletFromPrivateKey(seedBech32)

const submit = async (builder) => {
  const built = await builder.complete()
  return await (await built.sign().complete()).submit()
}

const payment = await submit(lucid.newTx().payToAddress(friend, { lovelace: 5_000_000n }))

const validator = { type: "PlutusV2", script: scriptV2 }
const contract = lucid.utils.validatorToAddress(validator)
const lock = await submit(
  lucid.newTx().payToContract(contract, { inline: Data.void() }, { lovelace: 6_000_000n })
)
const locked = (await lucid.utxosAt(contract)).filter((utxo) => utxo.txHash === lock)
const spend = await submit(
  lucid.newTx().collectFrom(locked, Data.void()).attachSpendingValidator(validator)
)
console.log(JSON.stringify({ payment, lock, spend }))
process.exit(0)
