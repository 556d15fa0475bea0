//! How much may come before there is a session: whoever is let in by nobody yet must not fill the memory.
//!
//! The driver takes in whole messages, and a message may say that it is two gigabytes long. The limit is on the bytes of
//! the socket, beneath TLS, and is lifted once the server has said who it is.

use std::{
    fmt, io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Certificates, parameters, notices and the answer to one question come to a few ten kilobytes.
const LOGIN_BYTES: u64 = 1024 * 1024;
const LIFTED: u64 = u64::MAX;

/// What is left of the limit.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<AtomicU64>);

impl Budget {
    pub(super) fn login() -> Self {
        Budget(Arc::new(AtomicU64::new(LOGIN_BYTES)))
    }

    /// From here on anything may come.
    pub(super) fn lift(&self) {
        self.0.store(LIFTED, Ordering::Relaxed);
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let less = |left: u64| if left == LIFTED { Some(left) } else { left.checked_sub(bytes as u64) };
        let spent = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        spent.map(drop).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, TooMuch))
    }
}

/// More came than any server has to say.
#[derive(Debug, Clone, Copy)]
pub(super) struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what answers there sent more than 1 MB before the session began, as no PostgreSQL server does")
    }
}

impl std::error::Error for TooMuch {}

/// A socket from which no more is read than its budget.
pub(super) struct Limited<S> {
    pub(super) socket: S,
    pub(super) budget: Budget,
}

impl<S: AsyncRead + Unpin> AsyncRead for Limited<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        match Pin::new(&mut self.socket).poll_read(context, into) {
            Poll::Ready(Ok(())) => Poll::Ready(self.budget.spend(into.filled().len() - before)),
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Limited<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn takes(bytes: u64, lifted: bool) -> io::Result<u64> {
        let budget = Budget::login();
        if lifted {
            budget.lift();
        }
        let mut limited = Limited { socket: tokio::io::repeat(b'R').take(bytes), budget };
        tokio::io::copy(&mut limited, &mut tokio::io::sink()).await
    }

    #[tokio::test]
    async fn a_megabyte_and_not_a_byte_more_until_the_limit_is_lifted() {
        assert_eq!(takes(LOGIN_BYTES, false).await.expect("allowed"), LOGIN_BYTES);
        let error = takes(LOGIN_BYTES + 1, false).await.expect_err("too much");
        assert!(error.to_string().contains("more than 1 MB"), "{error}");
        assert_eq!(takes(3 * LOGIN_BYTES, true).await.expect("allowed"), 3 * LOGIN_BYTES);
    }
}
