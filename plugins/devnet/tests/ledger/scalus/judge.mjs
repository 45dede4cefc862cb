// Judges transactions by Scalus' emulator: a JSON object a line in, and one out.
import { createInterface } from 'node:readline'
import scalus from 'scalus'

const { Emulator, Scalus, SlotConfig } = scalus

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'))

// `slotLength` in ms, `accounts` of scripts that are registered with `rewards` each, `costModels` if units are wanted,
// `onlyScripts` if nothing else of the transaction is to be looked at.
function judge(question) {
  const { utxo, slot, transaction, slotLength = 1000, accounts = [], rewards = 0, costModels } = question
  const slots = new SlotConfig(0, 0, slotLength)
  const stakeRegistrations = accounts.map((credentialHash) => ({
    credentialType: 'script',
    credentialHash,
    rewards: BigInt(rewards),
  }))
  try {
    if (question.onlyScripts) {
      const units = unitsOf(transaction, utxo, slots, costModels)
      return { accepted: true, error: null, remaining: null, units }
    }
    const emulator = Emulator.withState({ utxos: bytes(utxo), stakeRegistrations }, slots)
    emulator.setSlot(slot)
    const { isSuccess, error } = emulator.submitTx(bytes(transaction))
    const remaining = Buffer.from(emulator.getUtxosCbor()).toString('hex')
    const units = costModels && isSuccess ? unitsOf(transaction, utxo, slots, costModels) : null
    return { accepted: isSuccess, error: error ?? null, remaining, units }
  } catch (thrown) {
    return { accepted: false, error: `thrown: ${thrown}`, remaining: null, units: null }
  }
}

function unitsOf(transaction, utxo, slots, costModels) {
  const redeemers = Scalus.evalPlutusScripts(bytes(transaction), bytes(utxo), slots, costModels)
  return redeemers.map(({ tag, index, budget }) => [
    tag,
    index,
    Number(budget.memory),
    Number(budget.steps),
  ])
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(judge(JSON.parse(line))))
}
