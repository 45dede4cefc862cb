// @evolution-sdk/evolution: a payment and a script spend over its Kupmios provider (HTTP).
import {
  Address, Assets, Client, Credential, Data, InlineDatum, PlutusV3, ScriptHash, TransactionHash,
  preview
} from "@evolution-sdk/evolution"

const { kupo, ogmiosHttp, seedBech32, friend, script } = JSON.parse(process.argv[2])
const client = Client.make(preview)
  .withKupmios({ kupoUrl: kupo, ogmiosUrl: ogmiosHttp })
  .withPrivateKey({ paymentKey: seedBech32, addressType: "Enterprise" })

const submit = async (builder) => {
  const built = await builder.build()
  const signed = await built.sign()
  return TransactionHash.toHex(await signed.submit())
}

const parameters = await client.getProtocolParameters()
const payment = await submit(
  client.newTx().payToAddress({
    address: Address.fromBech32(friend),
    assets: Assets.fromLovelace(5_000_000n)
  })
)

const plutus = new PlutusV3.PlutusV3({ bytes: Buffer.from(script, "hex") })
const contract = new Address.Address({ networkId: 0, paymentCredential: ScriptHash.fromScript(plutus) })
const lock = await submit(
  client.newTx().payToAddress({
    address: contract,
    assets: Assets.fromLovelace(6_000_000n),
    datum: new InlineDatum.InlineDatum({ data: Data.constr(0n, []) })
  })
)
const locked = (await client.getUtxos(contract)).filter(
  (utxo) => TransactionHash.toHex(utxo.transactionId) === lock
)
const spend = await submit(
  client.newTx().collectFrom({ inputs: locked, redeemer: Data.constr(0n, []) }).attachScript({ script: plutus })
)
console.log(JSON.stringify({ payment, lock, spend, minFeeA: String(parameters.minFeeA) }))
