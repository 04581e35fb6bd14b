import "./style.css";
import { mount } from "svelte";
import Page from "./Page.svelte";
import { keepOffline } from "./state/keep-offline.ts";

keepOffline();
mount(Page, { target: document.body });
