//! The one way to change anything: a transaction that ends with what every change writes.

pub(super) mod event;
pub mod steward;
pub(super) mod told;

use super::caller::Caller;
use super::{App, Failure};
use crate::domain::audit::{Event, EventName, Outcome};
use crate::store::{Conn, audit};
use event::Draft;
use told::Listeners;

/// Whoever changes something: what their change uses up, in the same transaction.
pub trait Spend: Clone + Send + Sync + 'static {
    /// Uses up what is good for one change; `is_done` when something was done and not only refused.
    fn spend(&self, conn: &mut Conn, is_done: bool) -> Result<(), Failure>;
}

/// Somebody whom no session and no signature stands for: the operator, or whoever is at the door.
#[derive(Clone, Copy, Debug)]
pub struct Outsider;

impl Spend for Outsider {
    fn spend(&self, _: &mut Conn, _: bool) -> Result<(), Failure> {
        Ok(())
    }
}

impl Spend for Caller {
    fn spend(&self, conn: &mut Conn, is_done: bool) -> Result<(), Failure> {
        if let Some(sending) = self.form().filter(|_| is_done) {
            sending.record(conn, None)?;
        }
        self.signature().map_or(Ok(()), |once| once.record(conn))
    }
}

/// A change on its way: what it works with, who makes it, and the events that it will leave.
pub struct Change<'t, By = Caller> {
    pub(in crate::app) conn: &'t mut Conn,
    pub(in crate::app) app: &'t App,
    pub(in crate::app) by: &'t By,
    events: Vec<Draft>,
    /// Whether the answer is a refusal, which leaves the caller's signature good.
    is_undone: bool,
}

/// A look at what is kept: what it works with, and who asks.
pub struct View<'t> {
    pub(in crate::app) conn: &'t mut Conn,
    pub(in crate::app) app: &'t App,
    pub(in crate::app) by: &'t Caller,
}

impl Change<'_> {
    /// Works as somebody else for a while, in the same transaction.
    pub(in crate::app) fn acting_as<T>(
        &mut self,
        by: &Caller,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let events = std::mem::take(&mut self.events);
        let mut change = Change { conn: self.conn, app: self.app, by, events, is_undone: self.is_undone };
        let made = work(&mut change);
        (self.events, self.is_undone) = (change.events, change.is_undone);
        made
    }

    /// Starts an event of the caller.
    pub(in crate::app) fn event(&self, name: EventName) -> Draft {
        self.by.event(name)
    }
}

impl<By: Spend> Change<'_, By> {
    /// An answer that is a refusal: nothing was done.
    pub(in crate::app) fn undone<T>(&mut self, refusal: T) -> T {
        self.is_undone = true;
        refusal
    }

    /// Writes last what all changes write into, so that nobody who holds it waits for a row.
    fn finish(self) -> Result<(), Failure> {
        let is_done = self.events.iter().any(|event| event.outcome() == Outcome::Allowed);
        if !self.is_undone {
            self.by.spend(self.conn, is_done)?;
        }
        let now = self.app.clock.now();
        let events: Vec<Event> = self.events.into_iter().map(|draft| draft.at(now)).collect();
        let listeners = Listeners::of(self.conn, &events)?;
        for event in &events {
            audit::insert(self.conn, event)?;
            listeners.tell(self.app, self.conn, event)?;
        }
        Ok(())
    }
}

impl App {
    /// Runs `work` in one transaction; then uses up what the caller's change is good for, writes the events, commits.
    pub(in crate::app) async fn change<T: Send + 'static, By: Spend>(
        &self,
        by: &By,
        work: impl FnOnce(&mut Change<'_, By>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (app, by) = (self.clone(), by.clone());
        self.store.write(move |conn| app.run(conn, &by, work)).await
    }

    /// The same for work that can be done again: when it met others in a circle, it is.
    pub(in crate::app) async fn change_again<T: Send + 'static, By: Spend>(
        &self,
        by: &By,
        work: impl Fn(&mut Change<'_, By>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (app, by) = (self.clone(), by.clone());
        self.store.write_again(move |conn| app.run(conn, &by, &work)).await
    }

    fn run<T, By: Spend>(
        &self,
        conn: &mut Conn,
        by: &By,
        work: impl FnOnce(&mut Change<'_, By>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut change = Change { conn, app: self, by, events: Vec::new(), is_undone: false };
        let made = work(&mut change)?;
        change.finish()?;
        Ok(made)
    }

    /// Asks something for a caller.
    pub(in crate::app) async fn view<T: Send + 'static>(
        &self,
        by: &Caller,
        ask: impl FnOnce(&mut View<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (app, by) = (self.clone(), by.clone());
        self.store.read(move |conn| ask(&mut View { conn, app: &app, by: &by })).await
    }

    /// The same for a few rows that an index leads to.
    pub(in crate::app) async fn look<T: Send + 'static>(
        &self,
        by: &Caller,
        ask: impl FnOnce(&mut View<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (app, by) = (self.clone(), by.clone());
        self.store.look(move |conn| ask(&mut View { conn, app: &app, by: &by })).await
    }
}
