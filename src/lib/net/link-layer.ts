/** LINKTYPE values (tcpdump.org/linktypes.html) of what SIP is captured on. */
const NULL = 0;
const ETHERNET = 1;
const RAW = 101;
const RAW_BSD = [12, 14];
const LOOP = 108;
const LINUX_COOKED = 113;
const IPV4 = 228;
const IPV6 = 229;
const LINUX_COOKED_2 = 276;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_PPPOE = 0x8864;
const VLAN_TAGS = [0x8100, 0x88a8, 0x9100];
const MAX_VLAN_TAGS = 4;

/** Where the IP packet of a frame begins, or -1 if it holds none (or a link type that is not known). */
export function findIpPacket(bytes: Buffer, linkType: number): number {
  switch (linkType) {
    case ETHERNET:
      return behindEthertype(bytes, 12);
    case LINUX_COOKED:
      return behindEthertype(bytes, 14);
    case LINUX_COOKED_2:
      return bytes.length >= 20 && isIp(bytes.readUInt16BE(0)) ? 20 : -1;
    case NULL:
    case LOOP:
      return bytes.length > 4 ? 4 : -1;
    case RAW:
    case IPV4:
    case IPV6:
      return 0;
    default:
      return RAW_BSD.includes(linkType) ? 0 : -1;
  }
}

export function isKnownLinkType(linkType: number): boolean {
  return [NULL, ETHERNET, RAW, ...RAW_BSD, LOOP, LINUX_COOKED, IPV4, IPV6, LINUX_COOKED_2].includes(linkType);
}

/** Past the type at `at`, VLAN tags (IEEE 802.1Q, stacked too) and a PPPoE session header (RFC 2516). */
function behindEthertype(bytes: Buffer, at: number): number {
  let next = at;
  for (let tags = 0; tags <= MAX_VLAN_TAGS && next + 2 <= bytes.length; tags++) {
    const type = bytes.readUInt16BE(next);
    if (isIp(type)) return next + 2;
    // Version and session, length, then PPP's protocol number.
    if (type === ETHERTYPE_PPPOE) return next + 10 <= bytes.length ? next + 10 : -1;
    if (!VLAN_TAGS.includes(type)) return -1;
    next += 4;
  }
  return -1;
}

function isIp(type: number): boolean {
  return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6;
}
