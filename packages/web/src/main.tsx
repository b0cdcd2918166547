import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Frame } from './app/app.tsx';
import './app/base.css';
import { createNester } from './app/nester.ts';
import { makeRouter } from './app/router.tsx';
import { startTheme } from './app/theme.ts';

startTheme();
const nester = createNester(window.location.origin);
void nester.start();
const router = makeRouter();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Frame nester={nester}>
      <RouterProvider router={router} />
    </Frame>
  </StrictMode>,
);
