// @cardano-ogmios/client: queries, submission, chain synchronisation and the mempool.
import * as ogmiosClient from "@cardano-ogmios/client"

const { ogmios, payment, address } = JSON.parse(process.argv[2])
const { hostname, port } = new URL(ogmios)
const context = await ogmiosClient.createInteractionContext(
  (error) => { console.error(error); process.exit(1) },
  () => {},
  { connection: { host: hostname, port: Number(port) } }
)

const ledger = await ogmiosClient.createLedgerStateQueryClient(context)
const tip = await ledger.networkTip()
const told = {
  health: (await ogmiosClient.getServerHealth({ connection: context.connection })).version,
  epoch: await ledger.epoch(),
  height: await ledger.networkBlockHeight(),
  start: (await ledger.networkStartTime()).toISOString(),
  eras: (await ledger.eraSummaries()).length,
  genesis: (await ledger.genesisConfiguration("shelley")).networkMagic,
  parameters: (await ledger.protocolParameters()).minFeeCoefficient,
  constitution: (await ledger.constitution()).metadata.url,
  proposals: (await ledger.governanceProposals()).length,
  pools: Object.keys(await ledger.stakePools()).length,
  rewards: (await ledger.rewardAccountSummaries({ keys: [] })).length,
  lovelace: String((await ledger.utxo({ addresses: [address] }))[0].value.ada.lovelace)
}
await ledger.acquireLedgerState(tip)
told.acquired = (await ledger.ledgerTip()).id === tip.id
await ledger.releaseLedgerState()

const submission = await ogmiosClient.createTransactionSubmissionClient(context)
told.evaluated = (await submission.evaluateTransaction(payment)).length
told.submitted = await submission.submitTransaction(payment)
told.refused = await submission.submitTransaction(payment).catch((error) => error[0]?.code ?? error.code)

const mempool = await ogmiosClient.createMempoolMonitoringClient(context)
await mempool.acquireMempool()
told.pending = (await mempool.sizeOfMempool()).transactions.count
told.has = await mempool.hasTransaction(told.submitted)
told.next = await mempool.nextTransaction({ fields: "all" })
await mempool.releaseMempool()

const followed = []
await new Promise((resolve) => {
  ogmiosClient.createChainSynchronizationClient(context, {
    rollBackward: async ({ point }, next) => { followed.push(point.id); next() },
    rollForward: async ({ block }, next) => {
      followed.push(...block.transactions.map((transaction) => transaction.id))
      if (followed.length < 2) next()
      else resolve()
    }
  }).then((client) => client.resume([tip]))
})
told.followed = followed[0] === tip.id && followed[1] === told.submitted
console.log(JSON.stringify(told))
process.exit(0)
