// Reads AsyncAPI files with the official parser and prints what it says about each, as JSON.
import { Parser, fromFile } from "@asyncapi/parser";

const parser = new Parser();
const told = {};
for (const path of process.argv.slice(2)) {
  const { document, diagnostics } = await fromFile(parser, path).parse();
  told[path] = {
    channels: document ? document.channels().all().map((channel) => channel.address()) : null,
    diagnostics: diagnostics.map(({ severity, code, message, path: place }) => ({
      severity, code, message, place: place.join("."),
    })),
  };
}
console.log(JSON.stringify(told));
