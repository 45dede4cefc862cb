// Judges transactions by Scalus' emulator: a JSON object a line in, and one out.
import { createInterface } from 'node:readline'
import scalus from 'scalus'

const { Emulator, SlotConfig } = scalus

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'))

function judge({ utxo, slot, transaction }) {
  const emulator = new Emulator(bytes(utxo), new SlotConfig(0, 0, 1000))
  emulator.setSlot(slot)
  try {
    const { isSuccess, error } = emulator.submitTx(bytes(transaction))
    const remaining = Buffer.from(emulator.getUtxosCbor()).toString('hex')
    return { accepted: isSuccess, error: error ?? null, remaining }
  } catch (thrown) {
    return { accepted: false, error: `thrown: ${thrown}`, remaining: null }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(judge(JSON.parse(line))))
}
