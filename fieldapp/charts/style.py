"""The look of charts and tables: one small stylesheet, the same on paper and in the dark."""

from __future__ import annotations

STYLE = """
.fa h2 {font-size: 1.25rem; line-height: 1.3; margin: 1.25rem 0 .25rem; padding: 0; font-weight: 650}
.fa p {font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; max-width: 46rem}
.fa .fa-lead {font-size: 1.25rem; line-height: 1.45; font-weight: 600}
.fa .fa-quiet {font-size: 1rem; opacity: .85}
.fa figure {margin: .5rem 0 0}
.fa figcaption {font-size: 1rem; margin-bottom: .75rem; max-width: 46rem}
.fa .fa-plot {display: grid; grid-template-columns: auto 1fr; column-gap: .375rem; max-width: 60rem}
.fa .fa-scale {display: flex; flex-direction: column; justify-content: space-between; font-size: .875rem;
  text-align: right; font-variant-numeric: tabular-nums; line-height: 1}
.fa .fa-bars {position: relative; display: flex; align-items: flex-end; gap: 2px; height: 9rem;
  border-bottom: 1px solid currentColor}
.fa .fa-bars i {position: relative; flex: 1; min-width: 2px}
.fa .fa-dates {grid-column: 2; display: flex; justify-content: space-between; font-size: .875rem; margin-top: .25rem}
.fa .fa-bar {background: #2f7fc4}
.fa .fa-part {background: rgba(47,127,196,.35); box-shadow: inset 0 0 0 1px #2f7fc4}
.fa .fa-none {height: 2px; background: currentColor; opacity: .5}
.fa .fa-bars .fa-band {position: absolute; left: 0; right: 0; min-height: 2px; background: currentColor; opacity: .16}
.fa .fa-bars .fa-mid {position: absolute; left: 0; right: 0; border-top: 2px dashed currentColor; opacity: .7}
.fa .fa-scroll + p, .fa .fa-scroll + ul {margin-top: .75rem}
.fa .fa-scroll {overflow-x: auto; max-width: 100%}
.fa .fa-scroll:focus-visible, .fa summary:focus-visible {outline: 3px solid #2f7fc4; outline-offset: 2px}
.fa table {border-collapse: collapse; font-size: 1rem; margin: 0; width: 100%; max-width: 46rem;
  font-variant-numeric: tabular-nums}
.fa caption {text-align: left; font-size: 1rem; padding: .25rem 0 .5rem; opacity: .85}
.fa caption span {display: block; position: sticky; left: 0; width: min(44rem, calc(100vw - 2.5rem))}
.fa th, .fa td {border: 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  padding: .4375rem 0 .4375rem .75rem; text-align: right; vertical-align: top; font-weight: 400}
.fa thead th {font-weight: 600; vertical-align: bottom}
.fa thead th + th, .fa td {white-space: nowrap}
.fa th:first-child {text-align: left; overflow-wrap: break-word; hyphens: auto; padding-left: 0}
.fa tfoot th, .fa tfoot td {font-weight: 650}
.fa .fa-row-bar {display: block; height: .375rem; margin-top: .25rem}
.fa table.fa-heat {table-layout: fixed; max-width: 40rem}
.fa table.fa-heat th, .fa table.fa-heat td {text-align: center; padding: .5rem 0; border: 1px solid transparent}
.fa table.fa-heat th:first-child {text-align: left; width: 3.5rem; white-space: nowrap}
.fa .fa-s1 {background: rgba(47,127,196,.12)} .fa .fa-s2 {background: rgba(47,127,196,.22)}
.fa .fa-s3 {background: rgba(47,127,196,.32)} .fa .fa-s4 {background: rgba(47,127,196,.42)}
.fa .fa-s5 {background: rgba(47,127,196,.52); font-weight: 650}
.fa summary {min-height: 2.75rem; display: flex; align-items: center; gap: .5rem; cursor: pointer; font-size: 1rem;
  width: fit-content; text-decoration: underline; text-underline-offset: .2em}
.fa summary::before {content: "▸"; display: inline-block} .fa details[open] summary::before {content: "▾"}
.fa ul {margin: 0; padding-left: 1.25rem; max-width: 46rem}
.fa li {font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere}
.fa .fa-wrap td, .fa .fa-wrap thead th {white-space: normal; padding-left: .5rem}
.fa .fa-wrap td:nth-child(3) {white-space: nowrap}
.fa .fa-funnel {position: relative; height: 15rem; max-width: 46rem; border-left: 1px solid currentColor;
  border-bottom: 1px solid currentColor; margin: .5rem 0 1.5rem 2.75rem}
.fa .fa-funnel i, .fa .fa-funnel b, .fa .fa-funnel span {position: absolute}
.fa .fa-funnel .fa-area {background: currentColor; opacity: .14}
.fa .fa-funnel .fa-mid {left: 0; right: 0; border-top: 2px dashed currentColor; opacity: .7}
.fa .fa-funnel b {width: 1rem; height: 1rem; margin: 0 0 -.5rem -.5rem; border-radius: 50%; background: #2f7fc4;
  box-shadow: 0 0 0 2px Canvas, 0 0 0 3px currentColor}
.fa .fa-funnel b.fa-over {border-radius: 0; transform: rotate(45deg)} .fa .fa-funnel b.fa-under {border-radius: 0}
.fa .fa-funnel span {font-size: .875rem; line-height: 1; white-space: nowrap}
.fa .fa-funnel .fa-tick-y {right: 100%; margin-right: .375rem; transform: translateY(50%)}
.fa .fa-funnel .fa-tick-x {top: 100%; margin-top: .375rem; transform: translateX(-50%)}
.fa .fa-funnel .fa-dot-name {font-weight: 600; text-shadow: 0 0 2px Canvas, 0 0 3px Canvas, 0 0 4px Canvas}
.fa .fa-funnel .fa-dot-above {margin-bottom: .75rem} .fa .fa-funnel .fa-dot-below {margin-bottom: -1.625rem}
.fa .fa-funnel .fa-dot-above-far {margin-bottom: 1.875rem} .fa .fa-funnel .fa-dot-below-far {margin-bottom: -2.75rem}
.fa .fa-funnel .fa-dot-left {margin-left: -.5rem} .fa .fa-funnel .fa-dot-middle {transform: translateX(-50%)}
.fa .fa-funnel .fa-dot-right {transform: translateX(-100%); margin-left: .5rem}
.fa .fa-key {list-style: none; padding: 0; margin: .5rem 0 1rem; display: flex; flex-wrap: wrap; gap: .375rem 1rem;
  max-width: 60rem}
.fa .fa-key li {display: flex; align-items: center; gap: .5rem; margin: 0; font-size: 1rem}
.fa .fa-key i {flex: none; width: 1.5rem; height: 1.5rem; box-shadow: inset 0 0 0 1px #57606a;
  background-color: #f8f7f3}
.fa .fa-key .fa-key-1 {background-color: #dbe9f6} .fa .fa-key .fa-key-2 {background-color: #b0cfea}
.fa .fa-key .fa-key-3 {background-color: #79afdc} .fa .fa-key .fa-key-4 {background-color: #3b82c4}
.fa .fa-key .fa-key-5 {background-color: #134f92}
.fa .fa-key .fa-key-dots {background-image: radial-gradient(#57606a 1px, transparent 1.2px); background-size: 5px 5px}
.fa .fa-key .fa-key-stripes {
    background-image: repeating-linear-gradient(135deg, #57606a 0 1.5px, transparent 1.5px 6px)}
.fa .fa-key .fa-key-line {box-shadow: inset 0 0 0 2px #0b1b2b, inset 0 0 0 4px #fff, inset 0 0 0 6px #0b1b2b}
.fa .fa-key .fa-key-dash {box-shadow: none; border: 3px dashed #0b1b2b}
@media (prefers-color-scheme: dark) {
  .fa .fa-key i {background-color: #262e36; box-shadow: inset 0 0 0 1px #aab6c2}
  .fa .fa-key .fa-key-1 {background-color: #1e3d5a} .fa .fa-key .fa-key-2 {background-color: #285a88}
  .fa .fa-key .fa-key-3 {background-color: #3a7cb5} .fa .fa-key .fa-key-4 {background-color: #69a8dd}
  .fa .fa-key .fa-key-5 {background-color: #b5d8f7}
  .fa .fa-key .fa-key-dots {background-image: radial-gradient(#aab6c2 1px, transparent 1.2px)}
  .fa .fa-key .fa-key-stripes {
    background-image: repeating-linear-gradient(135deg, #aab6c2 0 1.5px, transparent 1.5px 6px)}
  .fa .fa-key .fa-key-line {box-shadow: inset 0 0 0 2px #fff, inset 0 0 0 4px #10161d, inset 0 0 0 6px #fff}
  .fa .fa-key .fa-key-dash {border-color: #fff}
}
@media print {
  .fa * {print-color-adjust: exact; -webkit-print-color-adjust: exact}
  .fa figure, .fa tr, .fa li {break-inside: avoid} .fa tfoot {display: table-row-group}
  .fa h2, .fa caption, .fa thead {break-after: avoid}
  .fa details:not([open]):not(.fa-printed) {display: none} .fa .fa-printed summary {display: none}
  .fa .fa-printed::details-content {content-visibility: visible; block-size: auto}
  .fa .fa-scroll {overflow: visible}
}
"""
