/** A sound request and a sound reply that use much of the grammar. */
export const SIP_SAMPLES: readonly Buffer[] = [
  `REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP 192.0.2.44:5060;rport;branch=z9hG4bK1, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK2
From: "Front \\"desk\\"" <sip:1001@example.com;x=y>;tag=abc
To: sip:1001@example.com
Call-ID: 5d8a1c0e
CSeq: 41235 REGISTER
Contact: "a, b" <sip:1001@192.0.2.44>;expires=60, <sip:1001@192.0.2.45>
Authorization: Digest username="1001", realm="example.com", nonce="1763864688/8f3ac1", opaque="3cc1", nc=00000001
Subject: folded
 once
User-Agent: zoë
Content-Length: 4

body`,
  `SIP/2.0 401 Unauthorized
v: SIP/2.0/UDP 192.0.2.44;received=192.0.2.44;rport=5060
f: <sip:1001@example.com>;tag=abc
t: <sip:1001@example.com>;tag=def
i: 5d8a1c0e
CSeq: 41235 REGISTER
m: *
Expires: 0
WWW-Authenticate: Digest realm="a,b", nonce="n", stale=true, qop="auth,auth-int"
Max-Forwards: 70
l: 0

`,
].map((text) => Buffer.from(text.replaceAll('\n', '\r\n')));
