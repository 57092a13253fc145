// Starts npm's telegram-test-api on a free loopback port and says "listening PORT".
//
// The package's own code is left as it is. The running server is mended from outside where it
// differs from the Bot API (https://core.telegram.org/bots/api) in a way PTB cannot talk to:
//
//   getMe            has no is_bot, a required field
//   sendMessage      answers with milliseconds where dates are seconds, and echoes the raw form
//   callback_query   has no chat_instance, a required field
//   getUpdates       hands every update out once, whatever the offset, and never waits: here the
//                    offset confirms, what is unconfirmed comes again, and timeout is kept
//   setWebhook, answerCallbackQuery, editMessage…   answer null where the API answers true
//
// It ends when its standard input does, so it cannot outlive the test run that started it.

import { createRequire } from "node:module";

const TelegramServer = createRequire(import.meta.url)("telegram-test-api");
const DAY = 24 * 60 * 60;

const server = new TelegramServer({ host: "127.0.0.1", storeTimeout: DAY });
server.config.port = 0; // the package takes 0 in its options for "not given"
server.setMaxListeners(0); // one per getUpdates that waited in vain

// Bot messages -------------------------------------------------------------------------------

const addBotMessage = server.addBotMessage.bind(server);
server.addBotMessage = (raw, token) => {
  const { message_id, date, chat, text, reply_markup } = addBotMessage(raw, token);
  return { message_id, date: Math.floor(date / 1000), chat, text, reply_markup };
};

// Updates ------------------------------------------------------------------------------------

const formatUpdate = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = (kept) => {
  const update = formatUpdate(kept);
  if (update.callback_query) {
    update.callback_query.chat_instance = String(update.callback_query.from.id);
  } else {
    delete update.message.botToken;
  }
  return update;
};

const confirmed = new Map(); // token -> the highest offset asked for

function unconfirmed(token, limit) {
  const from = confirmed.get(token) ?? 0;
  return server.storage.userMessages
    .filter((kept) => kept.botToken === token && kept.updateId >= from)
    .slice(0, limit)
    .map(TelegramServer.formatUpdate);
}

async function updates(token, { offset = 0, timeout = 0, limit = 100 }) {
  confirmed.set(token, Math.max(Number(offset), confirmed.get(token) ?? 0));
  const until = Date.now() + Number(timeout) * 1000;
  let found = unconfirmed(token, Number(limit));
  while (found.length === 0 && Date.now() < until) {
    let clock;
    const late = new Promise((resolve) => { clock = setTimeout(resolve, until - Date.now()); });
    await Promise.race([server.waitUserMessage(), late]);
    clearTimeout(clock);
    found = unconfirmed(token, Number(limit));
  }
  return found;
}

// Answers ------------------------------------------------------------------------------------

server.getUpdates = () => []; // answered below, where the request can be seen

const mends = {
  getMe: (_request, body) => ({ ...body, result: { ...body.result, is_bot: true } }),
  getUpdates: async (request, body) =>
    ({ ...body, result: await updates(request.params.token, { ...request.query, ...request.body }) }),
};

const plainJson = server.webServer.response.json;
server.webServer.response.json = function json(body) {
  const method = /^\/bot[^/]+\/(\w+)$/.exec(this.req.path)?.[1];
  const nullMeansTrue = method && body.ok && body.result === null;
  const mend = mends[method] ?? (() => (nullMeansTrue ? { ...body, result: true } : body));
  Promise.resolve(mend(this.req, body)).then((mended) => plainJson.call(this, mended));
  return this;
};

await server.start();
console.log(`listening ${server.server.address().port}`);

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
