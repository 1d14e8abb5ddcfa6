/**
 * Loaded before the tests, has all actors run in processes of their own.
 *
 * @module
 */

import { configure } from "../mod.ts";

configure({ isolation: "process" });
