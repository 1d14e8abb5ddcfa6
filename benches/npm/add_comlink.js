// The tasks of comlink.
import { parentPort } from "node:worker_threads";
import { add, addAll } from "./add.js";
import { load } from "./load.js";

const { expose } = await load("comlink");
const { default: adapt } = await load("comlink/dist/esm/node-adapter.mjs");
expose({ add, addAll }, adapt(parentPort));
