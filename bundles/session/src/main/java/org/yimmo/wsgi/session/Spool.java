package org.yimmo.wsgi.session;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.exchange.Content;
import org.yimmo.wsgi.exchange.ContentBlocks.Block;

/**
 * Writes large contents to temporary files, so that the I/O thread never waits for a disk.
 *
 * <p><em>Thread:</em> sessions call it on the I/O thread and hear from it there.
 */
@ProviderType
public final class Spool {
  private static final System.Logger LOGGER = System.getLogger(Spool.class.getName());
  private static final long BACKLOG_BYTES = 1024 * 1024;

  private final Executor diskThread;
  private final Executor ioThread;
  private final Path directory;

  /**
   * @param diskThread runs tasks one after the other, in order
   * @param ioThread runs tasks on the I/O thread
   * @param directory where the temporary files are
   */
  public Spool(Executor diskThread, Executor ioThread, Path directory) {
    this.directory = directory;
    this.diskThread = diskThread;
    this.ioThread = ioThread;
  }

  /** What becomes of an upload; called on the I/O thread, not after its release. */
  interface Progress {
    /** The disk has caught up. */
    void advanced();

    /** All is in the file. <em>Owner:</em> the receiver. */
    void complete(Content content);

    /** The disk failed; the upload is released. */
    void failed();
  }

  /** Runs a task on the I/O thread. <em>Thread:</em> any. */
  void onIoThread(Runnable task) {
    ioThread.execute(task);
  }

  Upload begin(Progress progress) {
    return new Upload(progress);
  }

  /** Closes a content, a file elsewhere: freeing the blocks of a large one takes time. */
  void release(Content content) {
    switch (content) {
      case Content.Spooled spooled -> diskThread.execute(spooled::close);
      case Content.Memory _, Content.InBlocks _ -> content.close();
    }
  }

  /** One content on its way to its file. */
  final class Upload {
    // I/O thread
    private final Progress progress;
    private long backlogBytes;
    private boolean released;

    // disk thread
    private FileChannel file;
    private boolean broken;

    private Upload(Progress progress) {
      this.progress = progress;
    }

    // --- I/O thread

    boolean backlogged() {
      return backlogBytes > BACKLOG_BYTES;
    }

    /** Appends what was put into the block. <em>Owner:</em> the upload. */
    void write(Block block) {
      var length = block.bytes().flip().remaining();
      backlogBytes += length;
      diskThread.execute(() -> append(block, length));
    }

    void finish(long length) {
      diskThread.execute(() -> handOver(length));
    }

    void release() {
      if (!released) {
        released = true;
        diskThread.execute(this::discard);
      }
    }

    private void written(int length) {
      var behind = backlogged();
      backlogBytes -= length;
      if (behind && !backlogged() && !released) {
        progress.advanced();
      }
    }

    private void complete(Content content) {
      if (released) {
        Spool.this.release(content);
      } else {
        released = true;
        progress.complete(content);
      }
    }

    private void failed() {
      if (!released) {
        released = true;
        progress.failed();
      }
    }

    // --- disk thread

    private void append(Block block, int length) {
      if (!broken) {
        try {
          if (file == null) {
            file = createFile();
          }
          while (block.bytes().hasRemaining()) {
            file.write(block.bytes());
          }
        } catch (IOException e) {
          broken(e);
        }
      }
      block.release();
      ioThread.execute(() -> written(length));
    }

    private void handOver(long length) {
      if (!broken && file != null) {
        var content = new Content.Spooled(file, length);
        file = null;
        ioThread.execute(() -> complete(content));
      }
    }

    private void discard() {
      broken = true;
      if (file != null) {
        try {
          file.close();
        } catch (IOException e) {
          LOGGER.log(System.Logger.Level.WARNING, "cannot close a temporary file", e);
        }
        file = null;
      }
    }

    private void broken(IOException e) {
      LOGGER.log(
          System.Logger.Level.ERROR,
          "cannot write the content of a request to a temporary file in "
              + directory
              + "; answering 500",
          e);
      discard();
      ioThread.execute(this::failed);
    }
  }

  private FileChannel createFile() throws IOException {
    var path = Files.createTempFile(directory, "yimmo-", ".content");
    try {
      return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(path); // without a name it vanishes with its channel, also after a crash
    }
  }
}
