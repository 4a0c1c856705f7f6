using System.Text;
using Appliance.Supervisor.Link;
using Xunit;

namespace Appliance.Tests.Firmware.Link;

public sealed class LinkFrameTests
{
    [Fact]
    public void TheCrcHasThePublishedCheckValue() =>
        Assert.Equal(0x29B1, LinkFrame.Crc16(Encoding.ASCII.GetBytes("123456789"), 9));

    [Fact]
    public void EveryLengthComesBackAndHoldsNoZeroBeforeItsEnd()
    {
        Random random = new(7);
        for (int length = 0; length <= LinkFrame.BodyBytesMax; length++)
        {
            byte[] body = new byte[length];
            for (int i = 0; i < length; i++)
            {
                body[i] = (byte)(random.Next(3) == 0 ? 0 : random.Next(256));
            }

            byte[] frame = new byte[LinkFrame.StuffedBytesMax + 1];
            int written = LinkFrame.Encode(body, length, frame);
            Assert.Equal(length + 4, written);
            Assert.Equal(written - 1, Array.IndexOf(frame, (byte)0));
            byte[] back = new byte[LinkFrame.StuffedBytesMax];
            Assert.Equal(length, LinkFrame.Decode(frame, written - 1, back));
            Assert.Equal(body, back[..length]);
        }
    }

    [Fact]
    public void ABodyThatIsTooLongIsRefused() =>
        Assert.Equal(0, LinkFrame.Encode(new byte[251], 251, new byte[300]));

    [Fact]
    public void EveryFlippedBitIsNoticed()
    {
        byte[] body = Encoding.ASCII.GetBytes("tamper 2 latched\0at 17");
        byte[] frame = new byte[64];
        int written = LinkFrame.Encode(body, body.Length, frame) - 1;
        byte[] back = new byte[LinkFrame.StuffedBytesMax];
        for (int bit = 0; bit < written * 8; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(-1, LinkFrame.Decode(frame, written, back));
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(body.Length, LinkFrame.Decode(frame, written, back));
    }
}
