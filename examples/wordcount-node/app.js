const http = require("http");

http.createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces).toString();
  const counts = new Map();
  const add = (word, n) => counts.set(word, (counts.get(word) || 0) + n);
  if (request.url === "/map") {
    for (const [word] of body.matchAll(/[\p{L}\p{N}_]+/gu)) add(word, 1);
  } else {
    for (const line of body.split("\n").filter(Boolean)) add(line.split("\t")[0], Number(line.split("\t")[1]));
  }
  const answer = [...counts].map(([word, n]) => `${word}\t${n}\n`).join("");
  response.setHeader("Content-Type", "text/tab-separated-values");
  response.setHeader("Content-Length", Buffer.byteLength(answer));
  response.end(answer);
}).listen(process.env.PORT || 8080, "0.0.0.0");
