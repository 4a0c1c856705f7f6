using Appliance.Mqtt;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>The driver over a stream: its ends.</summary>
public sealed class LinkTests
{
    [Fact]
    public async Task A_link_that_is_closed_before_it_began_ends_without_having_asked_for_anything()
    {
        for (int round = 0; round < 100; round++)
        {
            MqttOptions options = new() { ClientId = "box-1" };
            MqttLink link = MqttLink.Start(new MemoryStream(), options, TimeProvider.System);
            LinkClosed end = await link.DisconnectAsync();
            Assert.Null(await link.Connected);
            Assert.True(end.Cause is CloseCause.Local or CloseCause.Transport);
            await link.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_answer_and_the_end_in_one_read_end_the_link()
    {
        // CONNACK, then DISCONNECT with "session taken over".
        byte[] bytes = [0x20, 3, 0, 0, 0, 0xE0, 2, 0x8E, 0];
        await using MqttLink link = MqttLink.Start(
            new ReadStream(bytes), new MqttOptions { ClientId = "box-1" }, TimeProvider.System);
        LinkClosed end = await link.Closed;
        Assert.Equal(CloseCause.ServerDisconnect, end.Cause);
        Assert.Equal(ReasonCode.SessionTakenOver, end.Reason);
        Assert.False(await link.Messages.WaitToReadAsync());
    }

    [Fact]
    public async Task A_fault_that_nobody_expects_ends_the_link_for_everybody_who_waits()
    {
        MqttLink link = MqttLink.Start(
            new ReadStream(null), new MqttOptions { ClientId = "box-1" }, TimeProvider.System);
        Assert.Null(await link.Connected);
        Assert.False(await link.Messages.WaitToReadAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => link.Closed);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await link.DisposeAsync());
    }

    /// <summary>Gives its bytes with one read, then nothing; without bytes it fails as no stream should.</summary>
    private sealed class ReadStream(byte[]? bytes) : MemoryStream
    {
        private bool isRead;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
        {
            if (bytes is null)
            {
                throw new InvalidOperationException("a fault of the test");
            }

            int count = isRead ? 0 : bytes.Length;
            isRead = true;
            bytes.AsMemory(0, count).CopyTo(buffer);
            return new ValueTask<int>(count);
        }
    }
}
