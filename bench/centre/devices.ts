export const devicesPerSite = 50;
export const ports = [22, 80, 443, 445, 8080];

export function hostnameOf(site: number, host: number): string {
  return `host-${host}.site-${site}.example`;
}

export function macOf(site: number, host: number): string {
  return `00:16:${hex(site >> 8)}:${hex(site)}:44:${hex(host)}`;
}

function hex(byte: number): string {
  return (byte & 255).toString(16).padStart(2, '0');
}
