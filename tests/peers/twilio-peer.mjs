// Starts npm's emulate as a Twilio on a free loopback port and says "listening PORT".
// Its one argument is the seed, as JSON: account, numbers, messaging services. Nothing is mended.
// It ends when its standard input does, so it cannot outlive the test run that started it.

import { createEmulator } from "emulate";

const twilio = JSON.parse(process.argv[2]);
const emulator = await createEmulator({ service: "twilio", hostname: "127.0.0.1", port: 0, seed: { twilio } });
console.log(`listening ${new URL(emulator.url).port}`);

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
