// @blaze-cardano/query's Kupmios with @blaze-cardano/ogmios: a payment and a script spend.
import { Unwrapped } from "@blaze-cardano/ogmios"
import { Kupmios } from "@blaze-cardano/query"
import * as sdk from "@blaze-cardano/sdk"

const { kupo, ogmios, seed, friend, script } = JSON.parse(process.argv[2])
const core = sdk.Core
const provider = new Kupmios(kupo, await Unwrapped.Ogmios.new(ogmios))
const wallet = new sdk.HotSingleWallet(seed, core.NetworkId.Testnet, provider)
const blaze = await sdk.Blaze.from(provider, wallet)

const submit = async (builder) => {
  const signed = await blaze.signTransaction(await builder.complete())
  return await provider.postTransactionToChain(signed)
}

const payment = await submit(
  blaze.newTransaction().payLovelace(core.Address.fromBech32(friend), 5_000_000n)
)

const plutus = core.Script.newPlutusV3Script(new core.PlutusV3Script(script))
const contract = core.addressFromValidator(core.NetworkId.Testnet, plutus)
const unit = core.PlutusData.fromCbor("d87980")
const lock = await submit(blaze.newTransaction().lockLovelace(contract, 6_000_000n, unit))
const locked = (await provider.getUnspentOutputs(contract)).filter(
  (utxo) => utxo.input().transactionId() === lock
)
const spend = await submit(
  blaze.newTransaction().addInput(locked[0], unit).provideScript(plutus)
)
console.log(JSON.stringify({ payment, lock, spend }))
process.exit(0)
