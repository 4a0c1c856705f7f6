using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.Update;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Supervisor;

/// <summary>
/// Firmware on its way from an engineer's file to a slot of the chip: the key first, then a signed image, its trial,
/// and the floor under which nothing is taken any more. What is in the image is not run: the simulated board has one
/// firmware.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class FirmwareUpdateTests : IDisposable
{
    private readonly ECDsa signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("icr-firmware-");

    [Transcript("icrctl update")]
    [RootFact("ip")]
    public void Firmware_is_checked_tried_and_kept_and_an_older_one_is_refused()
    {
        using SimulatedBox board = new();
        using BoardDaemon box = new(board.Path, batchSeconds: 3600);
        JsonElement first = box.WaitForStatus(
            s => s.GetProperty("supervisor").GetProperty("holds_update_key").ValueKind != JsonValueKind.Null,
            "a chip that says whether it has a key");
        Assert.False(first.GetProperty("supervisor").GetProperty("holds_update_key").GetBoolean());
        Assert.Contains("no key for updates yet: `icrctl update --key FILE`", box.Icrctl("status").Output);

        GivesTheKeyOnce(board, box);
        long cutAtMs = board.At((_, pins) => pins.ChangedAtMs[BoardPins.HostPower]);
        Assert.Equal((0, "sending it to the supervisor\n"), OutputOf(box.Icrctl("update", Firmware(rollback: 4))));
        WaitForUpdate(box, "the new firmware runs and is kept");
        Assert.Equal((2, 0), (board.Starts, board.Slot));
        Assert.Equal((SlotBook.Good, 4), board.At((chip, _) => (chip.Update.Book.State(0), chip.Update.Book.Floor)));
        Assert.Equal(cutAtMs, board.At((_, pins) => pins.ChangedAtMs[BoardPins.HostPower]));

        // Signed by somebody else: the chip says no before it stores a byte. Older than the floor: the host says it.
        box.Icrctl("update", Firmware(rollback: 5, isForged: true));
        WaitForUpdate(box, "refused: its signature does not fit");
        Outcome old = box.Icrctl("update", Firmware(rollback: 3));
        Assert.Equal(
            (2, "icrctl: it is older than what the chip may go back to (number 3, at least 4)\n"),
            (old.Code, old.Error));

        BedProcess.Signal("TERM", box.Id);
        Assert.Equal(0, box.Finish());
        Assert.True(box.HasOnFlash($"key {NameOf(signer)} for updates of the supervisor, asked by user 0"));
        Assert.True(box.HasOnFlash("update of the supervisor asked by user 0: SHA-256 "));
    }

    public void Dispose()
    {
        signer.Dispose();
        scratch.Delete(recursive: true);
    }

    private void GivesTheKeyOnce(SimulatedBox board, BoardDaemon box)
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Outcome secret = box.Icrctl("update", "--key", Write("private.pem", signer.ExportECPrivateKeyPem()));
        Assert.Equal(
            (2, "icrctl: it is a private key; keep it away from the box and give its public half\n"),
            (secret.Code, secret.Error));
        Assert.False(board.At((chip, _) => chip.Key.IsSet));

        string file = Write("public.pem", signer.ExportSubjectPublicKeyInfoPem());
        (int, string) taken = (0, $"the supervisor holds key {NameOf(signer)} and takes no other\n");
        Assert.Equal(taken, OutputOf(box.Icrctl("update", "--key", file)));
        Assert.Equal(taken, OutputOf(box.Icrctl("update", "--key", file)));
        Outcome second = box.Icrctl("update", "--key", Write("other.pem", other.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal(
            (2, "icrctl: the key was not taken: the chip holds another key, and takes none a second time\n"),
            (second.Code, second.Error));
        Assert.Equal(PointOf(signer), board.At((chip, _) => chip.Key.Bytes));
        Outcome both = box.Icrctl("update", file, "--key", file);
        Assert.Equal((2, "icrctl: give either a file of firmware or --key FILE\n"), (both.Code, both.Error));
    }

    private static void WaitForUpdate(BoardDaemon box, string words) => box.WaitForStatus(
        s => s.GetProperty("supervisor").GetProperty("update").GetString() == words,
        $"an update of which it says '{words}'");

    private string Firmware(int rollback, bool isForged = false)
    {
        byte[] image = new byte[700];
        new Random(rollback).NextBytes(image);
        UpdateBeginMessage head = new()
        {
            Board = BoardPins.BoardNumber, Rollback = rollback, Software = 0x10500, Length = image.Length,
            Hash = SHA256.HashData(image),
        };
        byte[] written = new byte[UpdateBeginMessage.Bytes];
        head.Write(written);
        head.Signature = signer.SignData(written.AsSpan(0, UpdateBeginMessage.SignedBytes), HashAlgorithmName.SHA256);
        head.Signature[7] ^= (byte)(isForged ? 1 : 0);
        head.Write(written);
        string path = Path.Combine(scratch.FullName, $"firmware-{rollback}.bin");
        File.WriteAllBytes(path, [.. written, .. image]);
        return path;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(scratch.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static (int Code, string Output) OutputOf(Outcome outcome) =>
        (outcome.Code, outcome.Output + outcome.Error);

    private static byte[] PointOf(ECDsa key)
    {
        ECPoint point = key.ExportParameters(false).Q;
        return [.. point.X!, .. point.Y!];
    }

    private static string NameOf(ECDsa key) =>
        Convert.ToHexStringLower(SHA256.HashData(PointOf(key)).AsSpan(0, 8));
}
