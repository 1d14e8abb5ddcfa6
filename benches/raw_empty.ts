/**
 * A program that does nothing.
 *
 * @module
 */
