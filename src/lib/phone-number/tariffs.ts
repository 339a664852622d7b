/**
 * What a minute to a country costs, in cents, by calling code (ITU-T E.164 and, within +1, the numbering plan area):
 * `code country cents`. The figures are what wholesale routes cost by order of magnitude: they weigh calls against each
 * other, they are no price list. Codes that fraud favours (satellites, small islands, revenue-share ranges) are dear.
 */
const TABLE = `
1 US 2; 1204 CA 2; 1226 CA 2; 1236 CA 2; 1249 CA 2; 1250 CA 2; 1289 CA 2; 1306 CA 2; 1343 CA 2; 1365 CA 2; 1403 CA 2; 1416 CA 2
1418 CA 2; 1431 CA 2; 1437 CA 2; 1438 CA 2; 1450 CA 2; 1506 CA 2; 1514 CA 2; 1519 CA 2; 1579 CA 2; 1581 CA 2; 1587 CA 2; 1604 CA 2
1613 CA 2; 1639 CA 2; 1647 CA 2; 1705 CA 2; 1709 CA 2; 1778 CA 2; 1780 CA 2; 1807 CA 2; 1819 CA 2; 1867 CA 10; 1873 CA 2; 1902 CA 2; 1905 CA 2
1242 BS 25; 1246 BB 30; 1264 AI 30; 1268 AG 30; 1284 VG 30; 1340 VI 5; 1345 KY 25; 1441 BM 10; 1473 GD 35; 1649 TC 30; 1658 JM 35
1664 MS 40; 1670 MP 10; 1671 GU 5; 1684 AS 10; 1721 SX 25; 1758 LC 35; 1767 DM 35; 1784 VC 35; 1787 PR 2; 1809 DO 20; 1829 DO 20
1849 DO 20; 1868 TT 25; 1869 KN 30; 1876 JM 35; 1900 premium 200; 1939 PR 2
20 EG 15; 211 SS 50; 212 MA 45; 213 DZ 50; 216 TN 65; 218 LY 40; 220 GM 70; 221 SN 55; 222 MR 75; 223 ML 45; 224 GN 65; 225 CI 50
226 BF 45; 227 NE 45; 228 TG 45; 229 BJ 45; 230 MU 20; 231 LR 50; 232 SL 65; 233 GH 25; 234 NG 10; 235 TD 70; 236 CF 75; 237 CM 45
238 CV 35; 239 ST 120; 240 GQ 70; 241 GA 65; 242 CG 65; 243 CD 60; 244 AO 15; 245 GW 75; 246 IO 200; 247 AC 200; 248 SC 60; 249 SD 30
250 RW 40; 251 ET 30; 252 SO 75; 253 DJ 50; 254 KE 20; 255 TZ 45; 256 UG 35; 257 BI 70; 258 MZ 35; 260 ZM 45; 261 MG 75; 262 RE 15
263 ZW 50; 264 NA 15; 265 MW 55; 266 LS 45; 267 BW 30; 268 SZ 30; 269 KM 80; 27 ZA 10; 290 SH 200; 291 ER 35; 297 AW 25; 298 FO 20; 299 GL 60
30 GR 3; 31 NL 3; 32 BE 4; 33 FR 3; 34 ES 3; 350 GI 15; 351 PT 3; 352 LU 5; 353 IE 3; 354 IS 5; 355 AL 40; 356 MT 15; 357 CY 4; 358 FI 6
359 BG 10; 36 HU 4; 370 LT 25; 371 LV 60; 372 EE 25; 373 MD 35; 374 AM 30; 375 BY 45; 376 AD 20; 377 MC 25; 378 SM 60; 380 UA 25; 381 RS 30
382 ME 35; 383 XK 50; 385 HR 8; 386 SI 25; 387 BA 35; 389 MK 35; 39 IT 3; 40 RO 4; 41 CH 5; 420 CZ 3; 421 SK 4; 423 LI 25; 43 AT 4
44 GB 3; 4470 GB 60; 449 premium 100; 45 DK 3; 46 SE 3; 47 NO 3; 48 PL 3; 49 DE 3; 49900 premium 200; 41900 premium 200; 43900 premium 200
500 FK 150; 501 BZ 30; 502 GT 20; 503 SV 25; 504 HN 25; 505 NI 30; 506 CR 10; 507 PA 15; 508 PM 40; 509 HT 45; 51 PE 5; 52 MX 3; 53 CU 90
54 AR 8; 55 BR 5; 56 CL 5; 57 CO 5; 58 VE 8; 590 GP 15; 591 BO 20; 592 GY 35; 593 EC 20; 594 GF 15; 595 PY 12; 596 MQ 15; 597 SR 30
598 UY 15; 599 CW 20; 60 MY 4; 61 AU 4; 62 ID 10; 63 PH 18; 64 NZ 5; 65 SG 3; 66 TH 5; 670 TL 120; 672 NF 150; 673 BN 10; 674 NR 150
675 PG 100; 676 TO 90; 677 SB 150; 678 VU 100; 679 FJ 40; 680 PW 60; 681 WF 150; 682 CK 120; 683 NU 150; 685 WS 90; 686 KI 150; 687 NC 40
688 TV 150; 689 PF 40; 690 TK 150; 691 FM 50; 692 MH 50; 7 RU 10; 76 KZ 20; 77 KZ 20; 800 freephone 0; 808 shared 20; 81 JP 5; 82 KR 4
84 VN 10; 850 KP 150; 852 HK 4; 853 MO 10; 855 KH 12; 856 LA 15; 86 CN 3; 870 satellite 500; 878 personal 100; 880 BD 5; 881 satellite 500
882 satellite 500; 883 satellite 500; 886 TW 5; 888 personal 100; 90 TR 15; 91 IN 3; 92 PK 8; 93 AF 35; 94 LK 25; 95 MM 25; 960 MV 90
961 LB 20; 962 JO 25; 963 SY 30; 964 IQ 30; 965 KW 12; 966 SA 15; 967 YE 25; 968 OM 30; 970 PS 30; 971 AE 25; 972 IL 5; 973 BH 15
974 QA 30; 975 BT 20; 976 MN 10; 977 NP 15; 979 premium 300; 98 IR 15; 992 TJ 35; 993 TM 25; 994 AZ 40; 995 GE 20; 996 KG 25; 998 UZ 15`;

export interface Tariff {
  /** ISO 3166 country, or `premium`, `satellite`, `freephone`, `shared`, `personal`. */
  readonly country: string;
  readonly centsPerMinute: number;
}

/** Tariffs by the digits that a number in E.164 form begins with. */
export const TARIFFS: ReadonlyMap<string, Tariff> = new Map(
  TABLE.split(/[;\n]/)
    .map((entry) => entry.trim().split(' '))
    .filter(([code]) => code !== '')
    .map(([code = '', country = '', cents]) => [code, { country, centsPerMinute: Number(cents) }]),
);

const LONGEST_CODE = 5;

/** The tariff of the longest code that `digits` (E.164, without +) begin with. */
export function tariffOf(digits: string): Tariff | undefined {
  for (let length = Math.min(LONGEST_CODE, digits.length); length > 0; length--) {
    const tariff = TARIFFS.get(digits.slice(0, length));
    if (tariff !== undefined) return tariff;
  }
  return undefined;
}
