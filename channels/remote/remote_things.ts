/**
 * All that can be shared with an actor in another process; loaded for its effect.
 *
 * @module
 */

import "./remote_barrier.ts";
import "./remote_channels.ts";
import "./remote_locks.ts";
import "./remote_shared.ts";
