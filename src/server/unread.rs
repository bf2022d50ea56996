//! A chunked body that was not read to its end when the answer was.
//!
//! The framework would go on reading it, however long it is, so that the connection can be used again. It closes the
//! connection instead where somebody still holds the body, and so the answer does.

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::error::PayloadError;
use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::web::Bytes;
use futures_util::Stream;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A body that its reader does not hold alone.
#[derive(Clone)]
pub struct Unread(Rc<RefCell<Payload>>);

impl Unread {
    /// Takes hold of a request's body, if it comes in chunks and could have no end.
    pub fn of(request: &mut ServiceRequest) -> Option<Self> {
        if !request.head().chunked() {
            return None;
        }
        let held = Self(Rc::new(RefCell::new(request.take_payload())));
        request.set_payload(Payload::Stream { payload: Box::pin(held.clone()) });
        Some(held)
    }
}

impl Stream for Unread {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}

/// An answer's body, which holds what was not read until it is sent.
pub struct Answer {
    body: BoxBody,
    _unread: Option<Unread>,
}

impl Answer {
    pub fn new(body: BoxBody, unread: Option<Unread>) -> Self {
        Self { body, _unread: unread }
    }
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}
