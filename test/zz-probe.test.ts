import { it } from "vitest";
import { spawnSync } from "node:child_process";
import { mkdtempSync, appendFileSync, rmSync } from "node:fs";
import { commands, viewCommands } from "../src/cli/commands/index.ts";
import { flagsOf } from "../src/cli/flags.ts";
import { allViews } from "../src/views/all-views.ts";
const P="/work/shared/attack/p.png", M="/work/shared/attack/lab.h5";
const base: Record<string,string[]> = {
 see:["see",P,"--model",M,"--no-preview"], inspect:["inspect",M], explain:["explain",P,"--model",M], activations:["activations",M,P],
 convert:["convert",M,"o.onnx"], export:["export",M,"o.onnx","--target","class:0"], diff:["diff",M,M,P], verify:["verify",M], train:["train","shapes","--limit","32","--epochs","1","--batch","16","--out","t.h5"],
 evaluate:["evaluate","/tmp/attack/sh.h5","shapes","--limit","16"], demo:["demo"], ablate:["ablate",M,P], dream:["dream",M,"--target","class:0","--steps","2","--side","32"], field:["field",M,"c[0]@3,3",P], filters:["filters",M], invert:["invert",M,P,"--steps","2","--side","32"] };
it("probe", async () => {
  const all = {...commands, ...(await viewCommands())};
  for (const [name, load] of Object.entries(all)) {
    if (process.env.ONLY && !process.env.ONLY.split(",").includes(name)) continue;
    const def = await load();
    for (const [key, field] of Object.entries(def.fields)) {
      const flag = "--" + key.replaceAll("_","-");
      const values = field.kind==="integer" ? ["0","-1","100000000","9007199254740991","1e308","Infinity"] : field.kind==="number" ? ["-1e308","1e308","Infinity","1e-320"] : field.kind==="tuple" ? ["1","1000000","1000000000,1","2147483648,2147483648","1e308"]
        : /memory/.test(key) ? ["0","1","1e30","999999999999g","-1","1k"] : key==="columns" ? ["1e9","0","-1","1.5","9007199254740991"] : key==="cell"||key==="maps" ? ["1e9","0"] : key==="size" ? ["1000000","1000000000x1000000000","1x1","0x0"] : [];
      let args = base[name]!;
      if (name==="explain") { const v = allViews.find(v=>v.asks && key in v.asks && v.takes!=="network" && !v.command); if (v && !["target","layer"].includes(key)) args=[...args,"--method",v.id]; }
      for (const value of values) {
        const i = args.indexOf(flag); const own = i>=0 ? args.filter((_,k)=>k!==i&&k!==i+1) : args;
        const cwd = mkdtempSync("/tmp/attack/w/");
        const t=performance.now();
        const r = spawnSync("/usr/bin/timeout",["15","/usr/bin/time","-f","MAXRSS %M","/tmp/attack/bin/striate",...own,flag+"="+value],{cwd,encoding:"utf8"});
        rmSync(cwd,{recursive:true});
        const mb = Math.round(Number(/MAXRSS (\d+)/.exec(r.stderr)?.[1] ?? 0)/1024);
        appendFileSync("/tmp/attack/probe.out", `${r.status} ${mb}MB ${((performance.now()-t)/1000).toFixed(1)}s ${name} ${flag}=${value} :: ${r.stderr.replace(/MAXRSS.*/,"").trim().split("\n").slice(0,2).join(" | ").slice(0,240)}\n`);
      }
    }
  }
}, 3_000_000);
