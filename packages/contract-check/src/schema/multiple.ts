/** Whether a number is a whole multiple of another, exactly: 0.3 is one of 0.1, although not to a processor. */
export function isMultiple(value: number, of: number): boolean {
  if (!Number.isFinite(value) || !Number.isFinite(of) || of === 0) return false;
  const a = decimal(value);
  const b = decimal(of);
  const scale = Math.max(a.places, b.places);
  // Numbers that are this far apart in size are not worth the digits.
  if (scale > 400) return false;
  return (a.digits * 10n ** BigInt(scale - a.places)) % (b.digits * 10n ** BigInt(scale - b.places)) === 0n;
}

function decimal(value: number): { digits: bigint; places: number } {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}
