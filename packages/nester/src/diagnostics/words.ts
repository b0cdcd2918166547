import { type Diagnostic, type DiagnosticRequest, diagnosticSentence, type Language } from '@aerie/contract';

/** What was asked, as one would type it. */
export function requestText(request: DiagnosticRequest): string {
  switch (request.do) {
    case 'scan':
      return ['scan', ...(request.targets ?? [])].join(' ');
    case 'ping':
    case 'traceroute':
      return `${request.do} ${request.host}`;
    case 'dns':
      return `dns ${request.name} ${request.type}`;
    case 'tcp':
      return `tcp ${request.host} ${request.port}`;
    case 'http':
      return `http ${request.url}`;
  }
}

/** Characters of the lines that a message shows; the page shows all of them. */
const mostChars = 6_000;

/** The message that says a result in a channel. What came from the network stands in a code block that it cannot leave. */
export function resultMessage(diagnostic: Diagnostic, place: { siteCode: string; probeName: string }, language: Language): string {
  const { request, by, summary, lines } = diagnostic;
  const quoted = (text: string) => text.replace(/[`\r\n]/g, "'");
  const asked = `${quoted(requestText(request))} · ${place.siteCode} (${quoted(place.probeName)}) · ${quoted(by)}`;
  const sentence = summary ? diagnosticSentence(summary, language) : diagnostic.state;
  const shown: string[] = [];
  let left = mostChars;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    shown.push(line);
  }
  if (shown.length < lines.length) shown.push('…');
  const block = [asked, quoted(sentence), ...(shown.length > 0 ? ['', ...shown.map(quoted)] : [])];
  return `\`\`\`\n${block.join('\n')}\n\`\`\``;
}
