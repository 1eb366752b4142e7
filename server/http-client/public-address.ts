import ipaddr from 'ipaddr.js';

/** Global unicast, the only part of IPv6 that the internet routes (RFC 4291). */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether an IP address is on the public internet. Private, loopback, link-local, carrier-grade NAT, multicast and reserved
 * addresses are not; nor are IPv6 addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo), since a
 * gateway may turn them into any of those.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(GLOBAL_IPV6);
}

/** Whether an IP address is this machine itself: 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback';
}
