import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../app/base.css';
import { startTheme } from '../app/theme.ts';
import { App } from './app.tsx';
import { WordsProvider } from './words.tsx';

startTheme();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <WordsProvider>
      <App />
    </WordsProvider>
  </StrictMode>,
);
