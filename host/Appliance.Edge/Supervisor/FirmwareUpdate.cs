using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Appliance.Supervisor.Link;

namespace Appliance.Edge.Supervisor;

/// <summary>
/// An image on its way to the chip: signed head, blocks where the chip wants them, the command to check. The chip
/// alone decides on the signature; what the host can see to be wrong is refused before a byte is sent. That a new
/// firmware is kept says <see cref="HostPort"/>, once it is spoken with.
/// </summary>
internal sealed class FirmwareUpdate
{
    private readonly byte[] image;
    private readonly UpdateBeginMessage head;
    private long sent;
    private long wanted = -1;
    private long movedMs;
    private bool hasBegun;
    private bool isFinished;
    private bool isStaged;
    private bool isStarted;
    private bool isTried;

    private FirmwareUpdate(UpdateBeginMessage head, byte[] image, long nowMs)
    {
        this.head = head;
        this.image = image;
        movedMs = nowMs;
        Words = "sending the signed head";
    }

    /// <summary>How far it is, in words.</summary>
    public string Words { get; private set; }

    /// <summary>Nothing more will happen.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Reads a file: head, then image. False with the sentence to print.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="rollbackFloor">Lowest rollback number that the chip takes.</param>
    /// <param name="nowMs">Monotonic milliseconds.</param>
    /// <param name="update">The update.</param>
    /// <param name="problem">What is wrong, and what to do.</param>
    public static bool TryMake(
        byte[] file, long rollbackFloor, long nowMs, [NotNullWhen(true)] out FirmwareUpdate? update,
        out string problem)
    {
        update = null;
        UpdateBeginMessage head = new();
        byte[] start = file.AsSpan(0, Math.Min(file.Length, UpdateBeginMessage.Bytes)).ToArray();
        byte[] image = file.AsSpan(start.Length).ToArray();
        problem = !head.Read(start, start.Length) ? "it is no signed firmware of the supervisor"
            : image.Length != head.Length || image.Length > SupervisorLimits.ImageBytesMax
                ? $"it holds {image.Length} bytes of image and says {head.Length}; fetch it again"
            : !SHA256.HashData(image).AsSpan().SequenceEqual(head.Hash)
                ? "its image is not the one that was signed; fetch it again"
            : head.Rollback < rollbackFloor
                ? $"it is older than what the chip may go back to (number {head.Rollback}, at least {rollbackFloor})"
            : "";
        update = problem.Length == 0 ? new FirmwareUpdate(head, image, nowMs) : null;
        return update is not null;
    }

    /// <summary>The next message to send; false while the chip is to answer first.</summary>
    public bool TryNext(byte[] payload, out int kind, out int length)
    {
        (kind, length) = (0, 0);
        if (!hasBegun)
        {
            hasBegun = true;
            (kind, length) = (LinkKind.UpdateBegin, head.Write(payload));
        }
        else if (wanted >= 0 && sent < image.Length)
        {
            UpdateBlockMessage block = new()
            {
                Offset = sent, Count = (int)Math.Min(LinkLimits.UpdateBlockBytesMax, image.Length - sent),
            };
            Array.Copy(image, sent, block.Data, 0, block.Count);
            sent += block.Count;
            (kind, length) = (LinkKind.UpdateBlock, block.Write(payload));
        }
        else if (wanted >= 0 && sent == image.Length && !isFinished)
        {
            isFinished = true;
            (kind, length) = (LinkKind.UpdateCommand, new UpdateCommandMessage { Action = 1 }.Write(payload));
        }

        else if (isStaged && !isStarted)
        {
            isStarted = true;
            (kind, length) = (LinkKind.UpdateCommand, new UpdateCommandMessage { Action = 4 }.Write(payload));
        }

        return length > 0;
    }

    /// <summary>What the chip says of it.</summary>
    public void Take(UpdateStatusMessage status, long nowMs)
    {
        switch (status.Phase)
        {
            case UpdatePhase.Receiving when hasBegun:
                movedMs = status.NextOffset != wanted ? nowMs : movedMs;
                if (wanted < 0)
                {
                    sent = status.NextOffset; // An update that was cut off goes on where it was.
                }

                wanted = status.NextOffset;
                Words = $"{status.NextOffset:N0} of {image.Length:N0} bytes are with the chip";
                break;
            case UpdatePhase.Hashing or UpdatePhase.Verifying:
                movedMs = nowMs;
                Words = $"the chip checks it ({status.VerifyPermille / 10} %)";
                break;
            case UpdatePhase.Staged when isFinished:
                isStaged = true;
                movedMs = nowMs;
                Words = "staged: the chip starts anew with it";
                break;
            case UpdatePhase.Trial when isStarted:
                isTried = true;
                movedMs = nowMs;
                Words = "the new firmware runs on trial";
                break;
            case UpdatePhase.Idle when isTried:
                End("the new firmware runs and is kept");
                break;
            case UpdatePhase.Refused when hasBegun:
                End($"refused: {AlarmWords.Update(status.Reason)}");
                break;
        }
    }

    /// <summary>Lets time pass.</summary>
    public void Tick(long nowMs)
    {
        if (!IsOver && nowMs - movedMs > SupervisorLimits.UpdateStallMs)
        {
            End("given up: the chip says nothing of it; try again");
        }
    }

    private void End(string words) => (Words, IsOver) = (words, true);
}
