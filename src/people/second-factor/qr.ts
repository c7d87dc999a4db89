/** A QR code of an address as a PNG (data URL) and as SVG. Error correction M, the quiet zone of ISO/IEC 18004. */
export async function qrOf(address: string): Promise<{ qrPng: string; qrSvg: string }> {
  const { default: qrcode } = await import('qrcode');
  const options = { errorCorrectionLevel: 'M', margin: 4 } as const;
  return {
    qrPng: await qrcode.toDataURL(address, { ...options, type: 'image/png', scale: 6 }),
    qrSvg: await qrcode.toString(address, { ...options, type: 'svg' }),
  };
}
