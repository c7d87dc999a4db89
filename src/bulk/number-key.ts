/**
 * Numbers of people as numbers of the machine: a set of 100,000 of them takes little memory and, unlike cut-out strings,
 * keeps no block of the file alive. The leading 1 keeps leading zeros apart.
 */
export function numberKey(digits: string): number {
  return Number(`1${digits}`);
}
