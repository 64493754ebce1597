using System.Formats.Tar;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Tests.Data;

[TestClass]
public sealed class DataSetDownloadTests
{
    private static Task<string> Download(LocalServer server, string parent) =>
        DataSetDownload.RunAsync(TinyArchive.Description, server.Address, parent, (_, _) => { }, CancellationToken.None);

    private static async Task<string> Failure(LocalServer server, string parent) =>
        (await Assert.ThrowsExactlyAsync<CommandException>(() => Download(server, parent))).Message;

    [TestMethod]
    public async Task A_good_archive_becomes_a_verified_folder_and_nothing_else_is_left()
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context => LocalServer.Send(context, TinyArchive.Good()));

        string target = await Download(server, folder.Path);

        Assert.AreEqual(folder["tiny-bin"], target);
        CollectionAssert.AreEqual(TinyArchive.Records, File.ReadAllBytes(folder["tiny-bin", "data_batch_1.bin"]));
        CollectionAssert.AreEquivalent(
            new[] { "batches.meta.txt", "data_batch_1.bin" },
            Directory.GetFiles(target).Select(Path.GetFileName).ToArray()
        );
        Assert.AreEqual(1, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [TestMethod]
    public async Task A_broken_download_goes_on_where_it_stopped()
    {
        using TemporaryFolder folder = new();
        byte[] archive = TinyArchive.Good();
        bool first = true;
        using var server = new LocalServer(context =>
        {
            int? breakAfter = first ? 30_000 : null;
            first = false;
            return LocalServer.Send(context, archive, breakAfter);
        });

        StringAssert.Contains(await Failure(server, folder.Path), "Run the command again");
        long arrived = new FileInfo(folder["tiny.tar.gz.part"]).Length;
        Assert.IsTrue(arrived is > 0 and <= 30_000, $"{arrived} bytes kept");

        await Download(server, folder.Path);
        Assert.AreEqual($"bytes={arrived}-", server.Ranges[1]);
        CollectionAssert.AreEqual(TinyArchive.Records, File.ReadAllBytes(folder["tiny-bin", "data_batch_1.bin"]));
    }

    [TestMethod]
    public async Task A_part_that_was_already_whole_is_not_fetched_again()
    {
        using TemporaryFolder folder = new();
        byte[] archive = TinyArchive.Good();
        File.WriteAllBytes(folder["tiny.tar.gz.part"], archive);
        using var server = new LocalServer(context => LocalServer.Send(context, archive));

        await Download(server, folder.Path);
        Assert.IsTrue(File.Exists(folder["tiny-bin", "data_batch_1.bin"]));
    }

    [TestMethod]
    public async Task A_folder_that_is_already_verified_needs_no_network()
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context => LocalServer.Send(context, TinyArchive.Good()));
        await Download(server, folder.Path);
        await Download(server, folder.Path);

        Assert.AreEqual(1, server.Ranges.Count);
    }

    [TestMethod]
    public async Task A_redirect_to_another_host_is_refused()
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context => LocalServer.Redirect(context, "http://localhost:1/tiny.tar.gz"));

        StringAssert.Contains(await Failure(server, folder.Path), "redirects to another host, http://localhost:1");
    }

    [TestMethod]
    public async Task A_redirect_on_the_same_host_is_followed_and_a_loop_is_not()
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context =>
            context.Request.Url!.AbsolutePath == "/tiny.tar.gz"
                ? LocalServer.Redirect(context, "/moved/tiny.tar.gz")
                : LocalServer.Send(context, TinyArchive.Good())
        );
        await Download(server, folder.Path);
        Assert.IsTrue(Directory.Exists(folder["tiny-bin"]));

        using TemporaryFolder other = new();
        using var loop = new LocalServer(context => LocalServer.Redirect(context, "/tiny.tar.gz"));
        StringAssert.Contains(await Failure(loop, other.Path), "redirects more than 5 times");
    }

    [TestMethod]
    public async Task A_missing_file_on_the_server_is_said_with_its_status()
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context =>
        {
            context.Response.StatusCode = 404;
            context.Response.Close();
            return Task.CompletedTask;
        });

        StringAssert.Contains(await Failure(server, folder.Path), "404");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1000, DisplayName = "with a part that is here already")]
    public async Task A_file_that_says_it_has_more_than_a_GiB_is_refused_before_it_is_fetched(int part)
    {
        using TemporaryFolder folder = new();
        if (part > 0)
            File.WriteAllBytes(folder["tiny.tar.gz.part"], new byte[part]);
        using var server = new LocalServer(async context =>
        {
            if (part > 0)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers["Content-Range"] = $"bytes {part}-{1L << 30}/*";
            }

            context.Response.ContentLength64 = (1L << 30) + 1 - part;
            await context.Response.OutputStream.WriteAsync(new byte[1]);
            context.Response.Abort();
        });

        StringAssert.Contains(await Failure(server, folder.Path), "claims 1073741825 bytes, more than any CIFAR archive has");
        FileInfo left = new(folder["tiny.tar.gz.part"]);
        Assert.AreEqual(part, left.Exists ? left.Length : 0);
        Assert.AreEqual(part > 0, left.Exists, "an earlier attempt's stays, and nothing else is left");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)] // Where a file of nothing takes no space.
    public async Task A_file_that_goes_on_beyond_a_GiB_without_saying_so_is_given_up()
    {
        using TemporaryFolder folder = new();
        using (FileStream part = File.Create(folder["tiny.tar.gz.part"]))
            part.SetLength(1L << 30);
        using var server = new LocalServer(async context =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers["Content-Range"] = $"bytes {1L << 30}-{(1L << 30) + 1}/*";
            context.Response.SendChunked = true;
            await context.Response.OutputStream.WriteAsync(new byte[2]);
            context.Response.Close();
        });

        StringAssert.Contains(await Failure(server, folder.Path), "More than 1073741824 bytes arrived, which no CIFAR archive has");
    }

    [TestMethod]
    public async Task A_flipped_bit_fails_the_checksum_and_leaves_no_folder()
    {
        byte[] flipped = [.. TinyArchive.Records];
        flipped[1234] ^= 1;
        await IsRefused(
            TinyArchive.Pack(("tiny-bin/batches.meta.txt", TinyArchive.Names), ("tiny-bin/data_batch_1.bin", flipped)),
            "SHA-256"
        );
    }

    [TestMethod]
    public Task A_missing_file_is_refused() =>
        IsRefused(TinyArchive.Pack(("tiny-bin/batches.meta.txt", TinyArchive.Names)), "data_batch_1.bin: missing");

    [TestMethod]
    public Task A_file_of_another_size_is_refused() =>
        IsRefused(TinyArchive.Pack(("tiny-bin/data_batch_1.bin", new byte[7])), "it has 7 bytes instead of 40000");

    [TestMethod]
    [DataRow("./")]
    [DataRow(".")]
    [DataRow("tiny-bin/./README.txt")]
    [DataRow("tiny-bin/readme.html")]
    public async Task What_archivers_add_is_passed_over(string name)
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context =>
            LocalServer.Send(
                context,
                TinyArchive.Pack(
                    (name, []),
                    ("tiny-bin/batches.meta.txt", TinyArchive.Names),
                    ("tiny-bin/data_batch_1.bin", TinyArchive.Records)
                )
            )
        );
        await Download(server, folder.Path);
        CollectionAssert.AreEqual(TinyArchive.Records, File.ReadAllBytes(folder["tiny-bin", "data_batch_1.bin"]));
    }

    [TestMethod]
    public Task A_file_that_is_there_twice_is_refused() =>
        IsRefused(
            TinyArchive.Pack(("tiny-bin/data_batch_1.bin", TinyArchive.Records), ("tiny-bin/data_batch_1.bin", TinyArchive.Records)),
            "it is there twice"
        );

    [TestMethod]
    public Task A_big_stranger_is_refused() =>
        IsRefused(TinyArchive.Pack(("tiny-bin/bomb", new byte[100_000])), "no such file belongs to the data set");

    [TestMethod]
    [DataRow("../evil.bin")]
    [DataRow("tiny-bin/../../evil.bin")]
    [DataRow("/evil.bin")]
    public Task A_path_that_leaves_the_folder_is_refused(string name) =>
        IsRefused(TinyArchive.Pack((name, new byte[1])), "its path leaves the folder");

    [TestMethod]
    public Task A_link_is_refused() =>
        IsRefused(
            TinyArchive.Pack(new PaxTarEntry(TarEntryType.SymbolicLink, "tiny-bin/data_batch_1.bin") { LinkName = "/etc/passwd" }),
            "SymbolicLink"
        );

    [TestMethod]
    public Task Bytes_that_are_no_archive_are_refused() =>
        IsRefused([.. Enumerable.Repeat((byte)'x', 5000)], "is not a whole .tar.gz archive");

    [TestMethod]
    public Task A_cut_archive_is_refused() => IsRefused(TinyArchive.Good()[..20_000], "tiny.tar.gz");

    private static async Task IsRefused(byte[] archive, string why)
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context => LocalServer.Send(context, archive));

        StringAssert.Contains(await Failure(server, folder.Path), why);
        Assert.AreEqual(0, Directory.GetDirectories(folder.Path).Length);
    }
}
