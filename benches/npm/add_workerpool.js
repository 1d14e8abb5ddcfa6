// The tasks of workerpool.
import { add, addAll } from "./add.js";
import { load } from "./load.js";

const { default: workerpool } = await load("workerpool");
workerpool.worker({ add, addAll });
