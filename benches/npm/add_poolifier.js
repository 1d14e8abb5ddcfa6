// The tasks of poolifier.
import { add, addAll } from "./add.js";
import { load } from "./load.js";

const { ThreadWorker } = await load("poolifier");

export default new ThreadWorker({ add, addAll });
