/**
 * The hosts of `net` and `import`, by the rules of Deno.
 *
 * @module
 */
import { isAbsolute, normalizePath, PATH_STYLE } from "./_permission_paths.ts";

/** One entry of `net` or `import`, taken apart. */
export interface Host {
  /** What it is: two hosts of different forms never cover each other. */
  readonly form: "name" | "wildcard" | "ip" | "subnet" | "unix" | "vsock";
  /** The name, address or path in one spelling, without `*.` and brackets. */
  readonly host: string;
  /** The port; undefined for every port. */
  readonly port: number | undefined;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * Takes an entry apart.
 *
 * @throws {TypeError} If Deno would not take it; the text says what is wrong.
 */
export function parseHost(entry: string): Host {
  if (entry.startsWith("unix:")) return parseUnix(entry);
  if (entry.startsWith("vsock:")) return parseVsock(entry);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(entry)) {
    throw new TypeError("a URL, where only its host and port belong");
  }
  if (entry.startsWith("[")) return parseIpv6(entry);
  if (entry === "*") {
    throw new TypeError("not a host; true stands for all of them");
  }
  const [, host = "", port] = /^([^:]*)(?::(.*))?$/s.exec(entry) ?? [];
  if (port?.includes(":")) {
    throw new TypeError("an IPv6 address without square brackets");
  }
  return { ...parseNameOrIpv4(host), port: parsePort(port) };
}

function parseUnix(entry: string): Host {
  const path = entry.slice("unix:".length);
  if (!isAbsolute(path)) throw new TypeError("a socket without a path");
  return { form: "unix", host: normalizePath(path), port: undefined };
}

function parseVsock(entry: string): Host {
  const [, cid, port] = /^vsock:(-1|\d{1,10}):(\d{1,10})$/.exec(entry) ?? [];
  if (PATH_STYLE === "windows" || cid === undefined) {
    throw new TypeError("not an address of the form vsock:CID:PORT");
  }
  // -1 is the kernel's name for "any", which Deno keeps as an unsigned word.
  const host = cid === "-1" ? "4294967295" : `${Number(cid)}`;
  return { form: "vsock", host, port: Number(port) };
}

function parseIpv6(entry: string): Host {
  const [, inside, port] = /^\[([^\]%]*)(?:%[^\]]*)?\](?::(.*))?$/s
    .exec(entry) ?? [];
  const url = `http://[${inside}]`;
  if (inside === undefined || !URL.canParse(url)) {
    throw new TypeError("not an IPv6 address");
  }
  // The URL parser gives every address its one shortest spelling.
  const host = new URL(url).hostname.slice(1, -1);
  const mapped = MAPPED.exec(host)?.slice(1).map((word) => parseInt(word, 16));
  if (mapped === undefined) return { form: "ip", host, port: parsePort(port) };
  // To Deno an IPv4 address inside an IPv6 one is the IPv4 address.
  const bytes = mapped.flatMap((word) => [word >> 8, word & 0xff]);
  return { form: "ip", host: bytes.join("."), port: parsePort(port) };
}

function parseNameOrIpv4(text: string): Pick<Host, "form" | "host"> {
  if (IPV4.test(text)) return { form: "ip", host: text };
  const [, address = "", bits] = /^([^/]*)\/(\d{1,2})$/.exec(text) ?? [];
  if (IPV4.test(address) && Number(bits) <= 32) {
    return { form: "subnet", host: `${address}/${Number(bits)}` };
  }
  const lower = text.toLowerCase();
  const wildcard = lower.startsWith("*.");
  // A last dot marks a name as complete; with or without it, it is the same.
  const host = (wildcard ? lower.slice(2) : lower).replace(/\.$/, "");
  if (host === "") throw new TypeError("an empty host");
  if (!NAME.test(host) || (IPV4.test(host) && !wildcard)) {
    throw new TypeError("not a host name or an address");
  }
  return { form: wildcard ? "wildcard" : "name", host };
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) > 65_535) {
    throw new TypeError("not a port from 0 to 65535");
  }
  return Number(text);
}

/** The one spelling of an entry. */
export function hostText({ form, host, port }: Host): string {
  const end = port === undefined ? "" : `:${port}`;
  if (form === "unix" || form === "vsock") return `${form}:${host}${end}`;
  if (form === "wildcard") return `*.${host}${end}`;
  return (host.includes(":") ? `[${host}]` : host) + end;
}

/**
 * Whether all that `inner` names is named by `outer` too.
 *
 * Stricter than Deno in one place: an address is not looked for in a subnet,
 * which could only be wrong in the dangerous direction.
 */
export function hostCovers(outer: Host, inner: Host): boolean {
  if (outer.port !== undefined && outer.port !== inner.port) return false;
  if (outer.form === "wildcard" && inner.form === "name") {
    // "*.example.com" is the domain itself as well.
    return inner.host === outer.host || inner.host.endsWith(`.${outer.host}`);
  }
  return outer.form === inner.form && outer.host === inner.host;
}
