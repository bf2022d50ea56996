//! With forced colours (Windows high contrast) only borders, outlines and words are left to tell states apart.

use super::scene;
use crate::chrome::{Chrome, Colours};
use crate::support::TestApp;

const LOST_STATES: &str = r"
    const one = selector => document.querySelector(selector), style = (e, part) => getComputedStyle(e, part);
    const canvas = style(document.body).backgroundColor, faults = [];
    const expect = (is_so, what) => { if (!is_so) faults.push(what); };
    expect(matchMedia('(forced-colors: active)').matches, 'forced colours are not on');
    const rail = status => style(one(`[data-status=${status}] th`), '::before');
    expect(rail('enabled').backgroundColor !== canvas && rail('enabled').width === '3px', 'no rail on an enabled key');
    expect(rail('disabled').backgroundImage.includes('gradient'), 'no dashes on a disabled key');
    const here = one('.tabs a[aria-current]'), other = one('.tabs a:not([aria-current])');
    expect(style(here).borderBottomWidth === '4px', 'the current tab is not marked');
    expect(style(other).borderBottomColor === canvas, 'other tabs look current');
    expect(style(one('.side a[aria-current]')).outlineStyle === 'solid', 'the current page is not marked in the menu');
    expect(style(one('main .btn.quiet')).borderBottomColor === canvas, 'quiet buttons look outlined');
    expect(style(one('main .btn:not(.quiet)')).borderBottomColor !== canvas, 'buttons have no outline');
    const dead = one('main .btn[aria-disabled=true]'), live = one('main .btn:not(.quiet, [aria-disabled])');
    expect(style(dead).color !== style(live).color, 'a blocked button looks like any other');
    for (const badge of document.querySelectorAll('.badge')) expect(style(badge).borderTopStyle === 'solid', 'a badge has no border');
    return faults;";

#[actix_web::test]
async fn with_forced_colours_every_state_can_still_be_told() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;
    let keys = format!("/users/{}/keys", scene.long);

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &scene.root).await;
        chrome.colours(Colours::Forced).await;

        chrome.open(&keys).await;

        let faults = chrome.list(LOST_STATES).await;
        assert!(faults.is_empty(), "{faults:#?}");
        let pages = ["/users", "/me/security", "/settings/security", "/audit", keys.as_str()];
        for path in pages {
            chrome.open(path).await;
            for width in [320, 1280] {
                let faults = chrome.layout_faults(width).await;
                assert!(faults.is_empty(), "{path} at {width}: {faults:#?}");
                chrome.picture(&format!("forced-{width}{}", path.replace('/', "-"))).await;
            }
        }
        chrome.ensure_quiet_console().await;
    })
    .await;
}
