/** The name of a report's file, by local time: `scan_05-11-2025_10H57_S01.json`. */
export function reportName(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${two(at.getDate())}-${two(at.getMonth() + 1)}-${at.getFullYear()}`;
  return `scan_${day}_${two(at.getHours())}H${two(at.getMinutes())}_S${two(at.getSeconds())}.json`;
}

export function isReportName(name: string): boolean {
  return /^scan_\d{2}-\d{2}-\d{4}_\d{2}H\d{2}_S\d{2}\.json$/.test(name);
}
