// Loaded, never run, to learn whether the packages our tests import resolve.
import "@std/assert";
import "@std/async";
import "@std/testing/types";
